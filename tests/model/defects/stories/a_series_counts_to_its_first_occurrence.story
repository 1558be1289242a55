{"seed":4,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"stubborn","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":140,"temper":"patient","conflict":0,"zone":"Europe/Berlin","keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":141,"temper":"patient","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"impatient","conflict":0,"zone":"America/New_York","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":121,"temper":"stubborn","conflict":1,"zone":"Europe/Berlin","keeps_moved":true}]}
{"type":"Edit","phone":2,"what":"filter","folder":4,"choice":96,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":1,"what":"sync all"}
{"type":"Edit","phone":1,"what":"add","choice":48,"among":"calendars, tasks and notes"}
{"type":"Rest"}
