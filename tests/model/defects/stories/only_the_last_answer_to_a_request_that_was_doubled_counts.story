{"seed":4,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"stubborn","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":160,"temper":"impatient","conflict":0,"keeps_moved":true},{"account":"anna","device_id":"PHONE3","version":160,"temper":"forgetful","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":121,"temper":"impatient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":140,"temper":"patient","conflict":1,"keeps_moved":false}]}
{"type":"Ask","phone":3,"what":"sync all","window":2,"again":true}
{"type":"Ask","phone":4,"what":"sync","choice":34,"window":25,"again":true}
{"type":"Edit","phone":4,"what":"add"}
{"type":"Ask","phone":3,"what":"sync all","window":3,"moment":39}
{"type":"Ask","phone":4,"what":"sync all","window":3,"moment":27,"again":true}
{"type":"Ask","phone":3,"what":"partial sync","folder":5,"fate":"sent twice at once","moment":2,"again":true}
{"type":"Ask","phone":3,"what":"sync all","folder":11,"window":3,"moment":22,"again":true}
