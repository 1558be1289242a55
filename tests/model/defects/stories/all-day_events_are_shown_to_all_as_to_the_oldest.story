{"seed":3,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"forgetful","conflict":0,"zone":"America/New_York","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":160,"temper":"forgetful","conflict":0,"zone":"Pacific/Auckland","keeps_moved":true},{"account":"anna","device_id":"PHONE3","version":160,"temper":"stubborn","conflict":0,"zone":"Europe/Berlin","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":160,"temper":"forgetful","conflict":1,"zone":"America/New_York","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":140,"temper":"impatient","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false}]}
{"type":"Ask","phone":4,"what":"sync all","window":2,"at_once":true,"among":"calendars, tasks and notes"}
{"type":"Outside","account":0,"what":"change occurrence","among":"calendars, tasks and notes"}
{"type":"Edit","phone":4,"what":"add","choice":97,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":3,"what":"sync all","window":5}
{"type":"Ask","phone":3,"what":"sync all"}
{"type":"Ask","phone":4,"what":"sync all","window":2,"fate":"hangs up","again":true,"at_once":true,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":3,"what":"partial sync","again":true}
