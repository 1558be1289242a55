{"seed":1,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"forgetful","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":160,"temper":"fickle","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":140,"temper":"patient","conflict":1,"keeps_moved":true},{"account":"ben","device_id":"PHONE1","version":160,"temper":"fickle","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":141,"temper":"impatient","conflict":0,"keeps_moved":false}]}
{"type":"Ask","phone":1,"what":"sync","folder":4}
{"type":"Edit","phone":1,"what":"add"}
{"type":"Rest"}
{"type":"Outside","account":0,"what":"change"}
{"type":"Edit","phone":0,"what":"change","folder":4}
{"type":"Rest"}
