{"seed":7,"phones":[{"account":"anna","device_id":"PHONE1","version":141,"temper":"impatient","conflict":1,"zone":"Pacific/Auckland","keeps_moved":true},{"account":"anna","device_id":"PHONE2","version":161,"temper":"patient","conflict":1,"zone":"Pacific/Auckland","keeps_moved":true},{"account":"anna","device_id":"PHONE3","version":161,"temper":"impatient","conflict":0,"zone":"Europe/Berlin","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":121,"temper":"impatient","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":161,"temper":"patient","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false}]}
{"type":"Ask","phone":3,"what":"sync all"}
{"type":"Edit","phone":3,"what":"add","choice":42,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":4,"what":"filter","choice":1,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":3,"what":"sync all","fate":"hangs up","again":true}
{"type":"Outside","account":1,"what":"mark","among":"calendars, tasks and notes"}
{"type":"Rest"}
