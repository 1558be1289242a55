{"seed":227,"phones":[{"account":"anna","device_id":"PHONE1","version":160,"temper":"stubborn","conflict":0,"zone":"America/New_York","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":160,"temper":"fickle","conflict":0,"zone":"Europe/Berlin","keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":140,"temper":"patient","conflict":0,"zone":"America/New_York","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":121,"temper":"impatient","conflict":1,"zone":"America/New_York","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":140,"temper":"fickle","conflict":0,"zone":"America/New_York","keeps_moved":true}]}
{"type":"Ask","phone":2,"what":"sync all","among":"calendars, tasks and notes"}
{"type":"Ask","phone":1,"what":"sync","folder":4,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":1,"what":"add","choice":64,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":1,"what":"sync all","fate":"answer lost","among":"calendars, tasks and notes"}
{"type":"Edit","phone":1,"what":"change more","folder":10,"choice":81,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":2,"what":"sync all"}
{"type":"Edit","phone":2,"what":"change occurrence","among":"calendars, tasks and notes"}
{"type":"Ask","phone":2,"what":"sync all"}
{"type":"Ask","phone":1,"what":"sync","folder":10,"among":"calendars, tasks and notes"}
