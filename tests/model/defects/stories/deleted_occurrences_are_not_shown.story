{"seed":3,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"forgetful","conflict":0,"zone":"America/New_York","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":160,"temper":"forgetful","conflict":0,"zone":"Pacific/Auckland","keeps_moved":true},{"account":"anna","device_id":"PHONE3","version":160,"temper":"stubborn","conflict":0,"zone":"Europe/Berlin","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":160,"temper":"forgetful","conflict":1,"zone":"America/New_York","keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":140,"temper":"impatient","conflict":0,"zone":"Pacific/Auckland","keeps_moved":false}]}
{"type":"Ask","phone":4,"what":"sync all","among":"calendars, tasks and notes"}
{"type":"Edit","phone":4,"what":"add","choice":97,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":4,"what":"cancel occurrence","among":"calendars, tasks and notes"}
{"type":"Rest"}
