{"seed":0,"phones":[{"account":"anna","device_id":"PHONE1","version":160,"temper":"fickle","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":161,"temper":"fickle","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":141,"temper":"fickle","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":140,"temper":"forgetful","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":121,"temper":"forgetful","conflict":1,"keeps_moved":false}]}
{"type":"Rest"}
{"type":"Outside","account":0,"what":"add"}
{"type":"Ask","phone":0,"what":"sync and wait","fate":"answer lost"}
{"type":"Ask","phone":0,"what":"sync and wait","again":true}
