{"seed":1914630846,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"fickle","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":141,"temper":"stubborn","conflict":1,"keeps_moved":true},{"account":"anna","device_id":"PHONE3","version":160,"temper":"forgetful","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":121,"temper":"forgetful","conflict":1,"keeps_moved":true},{"account":"ben","device_id":"PHONE5","version":141,"temper":"patient","conflict":0,"keeps_moved":false}]}
{"type":"Edit","phone":2,"what":"letter"}
{"type":"Edit","phone":2,"what":"letter"}
{"type":"Outside","account":0,"what":"deliver"}
{"type":"Outside","account":0,"what":"move","choice":63}
{"type":"Rest"}
{"type":"Ask","phone":1,"what":"move","folder":8,"choice":47,"fate":"answer lost"}
{"type":"Edit","phone":0,"what":"add"}
{"type":"Trouble","fault":"busy"}
{"type":"Ask","phone":1,"what":"sync"}
{"type":"Edit","phone":1,"what":"add"}
{"type":"Outside","account":0,"what":"deliver"}
{"type":"Outside","account":0,"what":"add"}
{"type":"Edit","phone":1,"what":"add"}
{"type":"Ask","phone":0,"what":"sync","folder":4}
{"type":"Outside","account":0,"what":"add"}
{"type":"Ask","phone":1,"what":"sync all"}
{"type":"Outside","account":0,"what":"change","folder":1}
{"type":"Ask","phone":1,"what":"partial sync"}
