{"seed":6023,"phones":[{"account":"anna","device_id":"PHONE1","version":160,"temper":"stubborn","conflict":0,"zone":"Europe/Berlin","keeps_moved":true},{"account":"anna","device_id":"PHONE2","version":161,"temper":"patient","conflict":1,"zone":"America/New_York","keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":140,"temper":"forgetful","conflict":1,"zone":"Europe/Berlin","keeps_moved":true},{"account":"ben","device_id":"PHONE1","version":160,"temper":"impatient","conflict":0,"zone":"Europe/Berlin","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":160,"temper":"impatient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false}]}
{"type":"Ask","phone":1,"what":"sync","folder":7,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":4,"what":"letter"}
{"type":"Outside","account":0,"what":"add","among":"calendars, tasks and notes"}
{"type":"Edit","phone":1,"what":"add","among":"calendars, tasks and notes"}
{"type":"Ask","phone":4,"what":"send"}
{"type":"Outside","account":1,"what":"deliver"}
{"type":"Outside","account":0,"what":"deliver"}
{"type":"Ask","phone":1,"what":"sync all"}
{"type":"Trouble","fault":"item broken","amount":74}
{"type":"Outside","account":0,"what":"change","among":"calendars, tasks and notes"}
{"type":"Ask","phone":1,"what":"sync all","among":"calendars, tasks and notes"}
{"type":"Relief"}
{"type":"Edit","phone":1,"what":"change more","folder":1,"among":"calendars, tasks and notes"}
{"type":"Trouble","fault":"jump"}
{"type":"Ask","phone":1,"what":"sync all"}
