{"seed":0,"phones":[{"account":"anna","device_id":"PHONE1","version":160,"temper":"fickle","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":161,"temper":"fickle","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":141,"temper":"fickle","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":140,"temper":"forgetful","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":121,"temper":"forgetful","conflict":1,"keeps_moved":false}]}
{"type":"Ask","phone":2,"what":"sync","folder":2,"moment":13}
{"type":"Ask","phone":0,"what":"sync","folder":2,"window":5,"moment":35}
{"type":"Ask","phone":0,"what":"sync all","folder":8,"window":1,"moment":21}
{"type":"Ask","phone":1,"what":"create folder","folder":10,"window":100,"fate":"answer cut","moment":5,"again":true}
{"type":"Ask","phone":0,"what":"sync all","folder":1,"window":5,"moment":31}
{"type":"Ask","phone":3,"what":"sync","folder":11,"window":512,"fate":"answer lost","moment":12,"again":true}
{"type":"Ask","phone":3,"what":"restart","window":3,"moment":19,"again":true}
{"type":"Ask","phone":1,"what":"sync","folder":9,"window":2,"fate":"answer lost","moment":6}
{"type":"Ask","phone":3,"what":"sync all","folder":5,"window":1,"fate":"killed meanwhile","moment":2}
{"type":"Edit","phone":3,"what":"add","folder":5}
{"type":"Rest"}
