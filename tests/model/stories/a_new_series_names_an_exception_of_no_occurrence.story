{"seed":200,"phones":[{"account":"anna","device_id":"PHONE1","version":121,"temper":"impatient","conflict":0,"zone":"Europe/Berlin","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":141,"temper":"patient","conflict":1,"zone":"Pacific/Auckland","keeps_moved":true},{"account":"anna","device_id":"PHONE3","version":121,"temper":"fickle","conflict":1,"zone":"America/New_York","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":140,"temper":"patient","conflict":1,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":141,"temper":"patient","conflict":1,"zone":"America/New_York","keeps_moved":false}]}
{"type":"Ask","phone":0,"what":"sync","folder":11,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":0,"what":"create folder","among":"calendars, tasks and notes"}
{"type":"Edit","phone":0,"what":"add","choice":53,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":0,"what":"cancel occurrence","among":"calendars, tasks and notes"}
{"type":"Edit","phone":0,"what":"change more","folder":10,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Ask","phone":0,"what":"sync and wait"}
