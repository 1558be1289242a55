{"seed":8,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"stubborn","conflict":1,"zone":"Europe/Berlin","keeps_moved":true},{"account":"anna","device_id":"PHONE2","version":121,"temper":"patient","conflict":0,"zone":"Europe/Berlin","keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":161,"temper":"impatient","conflict":1,"zone":"Pacific/Auckland","keeps_moved":true},{"account":"ben","device_id":"PHONE1","version":160,"temper":"fickle","conflict":1,"zone":"America/New_York","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":160,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false}]}
{"type":"Ask","phone":0,"what":"sync all","window":512,"fate":"killed meanwhile","moment":33,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":0,"what":"add","choice":13,"among":"calendars, tasks and notes"}
{"type":"Rest"}
{"type":"Edit","phone":2,"what":"cancel occurrence","among":"calendars, tasks and notes"}
{"type":"Edit","phone":2,"what":"change occurrence","choice":97,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":0,"what":"change occurrence","choice":75,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":0,"what":"sync all","window":1,"fate":"answer lost","moment":13,"again":true,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":2,"what":"partial sync","window":512,"fate":"hangs up","moment":30,"at_once":true}
