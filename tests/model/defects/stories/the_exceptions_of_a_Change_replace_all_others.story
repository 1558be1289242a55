{"seed":4,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"stubborn","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":140,"temper":"patient","conflict":0,"zone":"Europe/Berlin","keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":141,"temper":"patient","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"impatient","conflict":0,"zone":"America/New_York","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":121,"temper":"stubborn","conflict":1,"zone":"Europe/Berlin","keeps_moved":true}]}
{"type":"Ask","phone":1,"what":"sync","folder":10,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":1,"what":"add","choice":12,"among":"calendars, tasks and notes"}
{"type":"Rest"}
{"type":"Edit","phone":1,"what":"change occurrence","choice":29,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":1,"what":"sync all","again":true}
{"type":"Edit","phone":0,"what":"change occurrence","among":"calendars, tasks and notes"}
{"type":"Ask","phone":0,"what":"sync","folder":10,"among":"calendars, tasks and notes"}
