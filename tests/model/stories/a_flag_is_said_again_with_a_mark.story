{"seed":504710874,"phones":[{"account":"anna","device_id":"PHONE1","version":141,"temper":"stubborn","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":121,"temper":"patient","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":121,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"patient","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":161,"temper":"fickle","conflict":1,"keeps_moved":false}]}
{"type":"Outside","account":0,"what":"create folder","folder":11,"choice":56}
{"type":"Outside","account":0,"what":"deliver","folder":5,"choice":50}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"change","folder":6,"choice":99}
{"type":"Edit","phone":4,"what":"send draft","folder":10,"choice":8}
{"type":"Edit","phone":3,"what":"mark","folder":7,"choice":61}
{"type":"Edit","phone":3,"what":"change","folder":10,"choice":73}
{"type":"Ask","phone":0,"what":"sync","choice":74,"fate":"request lost","moment":1,"again":true}
{"type":"Ask","phone":3,"what":"sync","folder":7,"choice":74,"window":512,"moment":27}
{"type":"Edit","phone":0,"what":"mark","choice":54}
{"type":"Ask","phone":0,"what":"folders","folder":9,"choice":51,"window":25,"moment":35,"again":true,"at_once":true}
{"type":"Relief"}
{"type":"Ask","phone":2,"what":"ping","folder":1,"choice":55,"window":1,"moment":17}
{"type":"Rest"}
