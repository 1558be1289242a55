{"seed":1,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":161,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"patient","conflict":1,"keeps_moved":false}]}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"add"}
{"type":"Ask","phone":0,"what":"sync all","fate":"killed meanwhile","moment":3}
{"type":"Rest"}
