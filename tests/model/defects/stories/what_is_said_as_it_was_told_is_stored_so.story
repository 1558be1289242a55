{"seed":15,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"patient","conflict":0,"zone":"Europe/Berlin","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":140,"temper":"patient","conflict":0,"zone":"Pacific/Auckland","keeps_moved":true},{"account":"anna","device_id":"PHONE3","version":141,"temper":"impatient","conflict":0,"zone":"America/New_York","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"stubborn","conflict":1,"zone":"America/New_York","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":140,"temper":"stubborn","conflict":1,"zone":"Europe/Berlin","keeps_moved":false}]}
{"type":"Ask","phone":2,"what":"sync all","among":"calendars, tasks and notes"}
{"type":"Outside","account":0,"what":"add","choice":41,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":2,"what":"sync and wait"}
{"type":"Edit","phone":2,"what":"change occurrence","among":"calendars, tasks and notes"}
{"type":"Rest"}
