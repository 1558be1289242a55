{"seed":3,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"forgetful","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":161,"temper":"fickle","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":160,"temper":"stubborn","conflict":0,"keeps_moved":true},{"account":"ben","device_id":"PHONE1","version":160,"temper":"forgetful","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":140,"temper":"impatient","conflict":0,"keeps_moved":false}]}
{"type":"Ask","phone":0,"what":"restart","fate":"answer lost"}
{"type":"Trouble","fault":"busy"}
{"type":"Ask","phone":0,"what":"sync all","again":true}
