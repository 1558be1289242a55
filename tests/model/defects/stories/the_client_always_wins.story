{"seed":6,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":121,"temper":"patient","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":160,"temper":"stubborn","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"fickle","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":160,"temper":"forgetful","conflict":0,"keeps_moved":true}]}
{"type":"Edit","phone":2,"what":"letter"}
{"type":"Rest"}
{"type":"Edit","phone":2,"what":"change","folder":3}
{"type":"Edit","phone":1,"what":"change","folder":3}
{"type":"Rest"}
