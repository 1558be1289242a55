{"seed":8056,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"impatient","conflict":0,"keeps_moved":true},{"account":"anna","device_id":"PHONE2","version":121,"temper":"stubborn","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":141,"temper":"impatient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":121,"temper":"impatient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":141,"temper":"impatient","conflict":0,"keeps_moved":false}]}
{"type":"Outside","account":0,"what":"deliver"}
{"type":"Ask","phone":2,"what":"sync all"}
{"type":"Ask","phone":2,"what":"sync and wait"}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Edit","phone":2,"what":"change"}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Ask","phone":2,"what":"sync all"}
{"type":"Ask","phone":0,"what":"move","choice":12}
{"type":"Rest"}
