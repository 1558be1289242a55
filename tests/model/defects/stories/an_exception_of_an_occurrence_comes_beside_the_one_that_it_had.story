{"seed":9,"phones":[{"account":"anna","device_id":"PHONE1","version":160,"temper":"forgetful","conflict":1,"zone":"America/New_York","keeps_moved":true},{"account":"anna","device_id":"PHONE2","version":121,"temper":"stubborn","conflict":1,"zone":"Pacific/Auckland","keeps_moved":true},{"account":"anna","device_id":"PHONE3","version":161,"temper":"forgetful","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":160,"temper":"fickle","conflict":0,"zone":"Europe/Berlin","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":121,"temper":"impatient","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false}]}
{"type":"Ask","phone":2,"what":"sync","folder":4,"among":"calendars, tasks and notes"}
{"type":"Outside","account":0,"what":"add","choice":4,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":2,"what":"sync and wait","among":"calendars, tasks and notes"}
{"type":"Outside","account":0,"what":"change occurrence","among":"calendars, tasks and notes"}
{"type":"Edit","phone":2,"what":"cancel occurrence","among":"calendars, tasks and notes"}
{"type":"Ask","phone":2,"what":"sync","choice":22,"among":"calendars, tasks and notes"}
