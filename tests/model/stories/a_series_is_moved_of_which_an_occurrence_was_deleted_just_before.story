{"seed":256,"phones":[{"account":"anna","device_id":"PHONE1","version":160,"temper":"stubborn","conflict":1,"zone":"America/New_York","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":121,"temper":"fickle","conflict":1,"zone":"Europe/Berlin","keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":140,"temper":"stubborn","conflict":1,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"forgetful","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":140,"temper":"stubborn","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false}]}
{"type":"Outside","account":0,"what":"add","folder":7,"choice":88,"among":"calendars, tasks and notes"}
{"type":"Rest"}
{"type":"Edit","phone":1,"what":"cancel occurrence","folder":5,"choice":32,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":1,"what":"change more","folder":11,"choice":66,"among":"calendars, tasks and notes"}
{"type":"Rest"}
