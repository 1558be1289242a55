{"seed":20,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"stubborn","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":161,"temper":"impatient","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":121,"temper":"patient","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":161,"temper":"fickle","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":141,"temper":"stubborn","conflict":1,"keeps_moved":false}]}
{"type":"Rest"}
{"type":"Edit","phone":1,"what":"draft"}
{"type":"Ask","phone":1,"what":"partial sync","fate":"hangs up"}
{"type":"Ask","phone":0,"what":"sync and wait"}
{"type":"Edit","phone":1,"what":"send draft"}
{"type":"Edit","phone":0,"what":"delete","folder":1}
{"type":"Ask","phone":1,"what":"sync"}
{"type":"Rest"}
