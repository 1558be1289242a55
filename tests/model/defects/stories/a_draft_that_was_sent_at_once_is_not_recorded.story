{"seed":8,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"stubborn","conflict":1,"keeps_moved":true},{"account":"anna","device_id":"PHONE2","version":121,"temper":"patient","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":161,"temper":"impatient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":160,"temper":"fickle","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":161,"temper":"impatient","conflict":1,"keeps_moved":true}]}
{"type":"Rest"}
{"type":"Edit","phone":2,"what":"draft"}
{"type":"Edit","phone":2,"what":"send draft"}
{"type":"Ask","phone":2,"what":"sync","choice":26,"fate":"hangs up","at_once":true}
{"type":"Ask","phone":2,"what":"sync all","again":true}
