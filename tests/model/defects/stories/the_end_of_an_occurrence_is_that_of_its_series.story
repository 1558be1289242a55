{"seed":0,"phones":[{"account":"anna","device_id":"PHONE1","version":160,"temper":"fickle","conflict":0,"zone":"America/New_York","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":160,"temper":"fickle","conflict":1,"zone":"America/New_York","keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":140,"temper":"forgetful","conflict":0,"zone":"America/New_York","keeps_moved":true},{"account":"ben","device_id":"PHONE1","version":121,"temper":"forgetful","conflict":1,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":161,"temper":"impatient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false}]}
{"type":"Ask","phone":4,"what":"sync all","fate":"hangs up","moment":23,"again":true}
{"type":"Ask","phone":3,"what":"sync","folder":1,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":3,"what":"add","choice":65,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":3,"what":"sync","folder":9,"moment":11,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":4,"what":"sync all","window":512,"fate":"sent twice at once","again":true,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":4,"what":"cancel occurrence","among":"calendars, tasks and notes"}
{"type":"Ask","phone":4,"what":"sync","folder":10,"fate":"hangs up","among":"calendars, tasks and notes"}
