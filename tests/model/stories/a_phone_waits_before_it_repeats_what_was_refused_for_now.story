{"seed":1267268635,"phones":[{"account":"anna","device_id":"PHONE1","version":121,"temper":"stubborn","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":160,"temper":"stubborn","conflict":1,"keeps_moved":true},{"account":"anna","device_id":"PHONE3","version":160,"temper":"stubborn","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":161,"temper":"impatient","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":161,"temper":"forgetful","conflict":0,"keeps_moved":false}]}
{"type":"Ask","phone":1,"what":"sync all"}
{"type":"Edit","phone":1,"what":"add"}
{"type":"Outside","account":0,"what":"deliver"}
{"type":"Ask","phone":1,"what":"sync all","fate":"answer lost"}
{"type":"Trouble","fault":"busy","amount":32}
{"type":"Ask","phone":1,"what":"sync and wait","again":true}
{"type":"Ask","phone":1,"what":"sync and wait"}
{"type":"Ask","phone":1,"what":"sync","again":true}
{"type":"Ask","phone":1,"what":"sync all"}
