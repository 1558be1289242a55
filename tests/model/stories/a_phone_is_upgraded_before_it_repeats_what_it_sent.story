{"seed":7016,"phones":[{"account":"anna","device_id":"PHONE1","version":121,"temper":"patient","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":160,"temper":"stubborn","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":121,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":160,"temper":"patient","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":140,"temper":"stubborn","conflict":0,"keeps_moved":false}]}
{"type":"Edit","phone":4,"what":"letter"}
{"type":"Ask","phone":4,"what":"send","fate":"answer lost"}
{"type":"Edit","phone":4,"what":"upgrade"}
{"type":"Rest"}
