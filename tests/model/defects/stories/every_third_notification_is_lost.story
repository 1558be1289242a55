{"seed":2,"phones":[{"account":"anna","device_id":"PHONE1","version":121,"temper":"patient","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":140,"temper":"stubborn","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":161,"temper":"patient","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":160,"temper":"forgetful","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":160,"temper":"forgetful","conflict":1,"keeps_moved":false}]}
{"type":"Outside","account":0,"what":"add","folder":6}
{"type":"Outside","account":0,"what":"add","folder":11}
{"type":"Rest"}
{"type":"Ask","phone":2,"what":"ping","folder":4,"fate":"answer lost","moment":36}
{"type":"Ask","phone":2,"what":"create folder","folder":8,"window":2,"moment":11,"again":true}
{"type":"Ask","phone":4,"what":"create folder","window":2,"fate":"answer lost","moment":13,"again":true}
{"type":"Ask","phone":2,"what":"create folder","folder":8,"window":3,"moment":8,"again":true}
{"type":"Outside","account":0,"what":"remove","folder":7}
