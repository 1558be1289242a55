{"seed":178,"phones":[{"account":"anna","device_id":"PHONE1","version":121,"temper":"forgetful","conflict":1,"zone":"Pacific/Auckland","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":141,"temper":"fickle","conflict":1,"zone":"Europe/Berlin","keeps_moved":true},{"account":"anna","device_id":"PHONE3","version":160,"temper":"impatient","conflict":0,"zone":"America/New_York","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":140,"temper":"forgetful","conflict":1,"zone":"America/New_York","keeps_moved":true},{"account":"ben","device_id":"PHONE5","version":140,"temper":"patient","conflict":1,"zone":"America/New_York","keeps_moved":false}]}
{"type":"Outside","account":1,"what":"add","choice":48,"among":"calendars, tasks and notes"}
{"type":"Outside","account":1,"what":"deliver"}
{"type":"Outside","account":1,"what":"deliver"}
{"type":"Ask","phone":4,"what":"sync all","among":"calendars, tasks and notes"}
{"type":"Ask","phone":4,"what":"sync","folder":7,"among":"calendars, tasks and notes"}
{"type":"Outside","account":1,"what":"add","among":"calendars, tasks and notes"}
{"type":"Trouble","fault":"item broken","amount":90}
{"type":"Outside","account":1,"what":"change more","among":"calendars, tasks and notes"}
{"type":"Ask","phone":4,"what":"sync all","among":"calendars, tasks and notes"}
{"type":"Edit","phone":4,"what":"change occurrence","among":"calendars, tasks and notes"}
{"type":"Ask","phone":4,"what":"sync all"}
