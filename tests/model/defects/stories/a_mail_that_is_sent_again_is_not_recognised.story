{"seed":1,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"forgetful","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":160,"temper":"fickle","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":140,"temper":"patient","conflict":1,"keeps_moved":true},{"account":"ben","device_id":"PHONE1","version":160,"temper":"fickle","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":141,"temper":"impatient","conflict":0,"keeps_moved":false}]}
{"type":"Edit","phone":3,"what":"letter"}
{"type":"Ask","phone":3,"what":"send","fate":"answer cut"}
{"type":"Rest"}
