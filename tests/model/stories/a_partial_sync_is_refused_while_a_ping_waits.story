{"seed":504710881,"phones":[{"account":"anna","device_id":"PHONE1","version":121,"temper":"impatient","conflict":0,"keeps_moved":true},{"account":"anna","device_id":"PHONE2","version":141,"temper":"forgetful","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":160,"temper":"stubborn","conflict":0,"keeps_moved":true},{"account":"ben","device_id":"PHONE1","version":121,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":140,"temper":"stubborn","conflict":1,"keeps_moved":false}]}
{"type":"Ask","phone":3,"what":"sync"}
{"type":"Ask","phone":3,"what":"ping"}
{"type":"Ask","phone":3,"what":"partial sync"}
