{"seed":7,"phones":[{"account":"anna","device_id":"PHONE1","version":141,"temper":"impatient","conflict":1,"zone":"Pacific/Auckland","keeps_moved":true},{"account":"anna","device_id":"PHONE2","version":161,"temper":"patient","conflict":1,"zone":"Pacific/Auckland","keeps_moved":true},{"account":"anna","device_id":"PHONE3","version":161,"temper":"impatient","conflict":0,"zone":"Europe/Berlin","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":121,"temper":"impatient","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":161,"temper":"patient","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false}]}
{"type":"Ask","phone":3,"what":"sync","folder":7,"window":5,"fate":"sent twice at once","at_once":true,"among":"calendars, tasks and notes"}
{"type":"Pass","seconds":40000}
{"type":"Edit","phone":3,"what":"add","choice":40,"among":"calendars, tasks and notes"}
{"type":"Pass","seconds":100000}
{"type":"Edit","phone":3,"what":"cancel occurrence","among":"calendars, tasks and notes"}
{"type":"Ask","phone":3,"what":"sync all","window":25,"fate":"hangs up","again":true,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":3,"what":"cancel occurrence","among":"calendars, tasks and notes"}
{"type":"Trouble","fault":"jump","amount":98}
{"type":"Edit","phone":3,"what":"filter","folder":7,"choice":22,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":3,"what":"cancel occurrence","folder":8,"among":"calendars, tasks and notes"}
{"type":"Rest"}
