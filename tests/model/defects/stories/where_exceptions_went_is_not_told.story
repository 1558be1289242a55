{"seed":35,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"stubborn","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":140,"temper":"stubborn","conflict":1,"zone":"America/New_York","keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":161,"temper":"stubborn","conflict":1,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":121,"temper":"stubborn","conflict":0,"zone":"Pacific/Auckland","keeps_moved":true},{"account":"ben","device_id":"PHONE5","version":160,"temper":"stubborn","conflict":0,"zone":"America/New_York","keeps_moved":false}]}
{"type":"Outside","account":1,"what":"add","choice":69,"among":"calendars, tasks and notes"}
{"type":"Outside","account":1,"what":"cancel occurrence","among":"calendars, tasks and notes"}
{"type":"Edit","phone":2,"what":"add","among":"calendars, tasks and notes"}
{"type":"Ask","phone":3,"what":"sync","folder":7,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":3,"what":"sync and wait","again":true}
{"type":"Edit","phone":3,"what":"change more","folder":7,"among":"calendars, tasks and notes"}
{"type":"Rest"}
