{"seed":1060936670,"phones":[{"account":"anna","device_id":"PHONE1","version":121,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":141,"temper":"forgetful","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":161,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"patient","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":161,"temper":"impatient","conflict":0,"keeps_moved":false}]}
{"type":"Ask","phone":3,"what":"create folder"}
{"type":"Ask","phone":3,"what":"sync","folder":4}
{"type":"Edit","phone":2,"what":"letter"}
{"type":"Edit","phone":3,"what":"add"}
{"type":"Rest"}
{"type":"Outside","account":1,"what":"delete folder"}
{"type":"Ask","phone":4,"what":"ping"}
{"type":"Edit","phone":3,"what":"delete"}
{"type":"Edit","phone":4,"what":"delete","folder":4}
{"type":"Ask","phone":3,"what":"sync all"}
{"type":"Outside","account":1,"what":"create folder"}
{"type":"Ask","phone":4,"what":"partial sync"}
{"type":"Ask","phone":4,"what":"sync all","fate":"sent twice at once"}
{"type":"Ask","phone":4,"what":"sync","folder":8}
