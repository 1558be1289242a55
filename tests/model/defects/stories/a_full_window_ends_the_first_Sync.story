{"seed":8,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"stubborn","conflict":1,"keeps_moved":true},{"account":"anna","device_id":"PHONE2","version":121,"temper":"patient","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":161,"temper":"impatient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":160,"temper":"fickle","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":161,"temper":"impatient","conflict":1,"keeps_moved":true}]}
{"type":"Ask","phone":3,"what":"sync all"}
{"type":"Outside","account":1,"what":"add"}
{"type":"Outside","account":1,"what":"add"}
{"type":"Ask","phone":3,"what":"sync all","window":1}
{"type":"Rest"}
