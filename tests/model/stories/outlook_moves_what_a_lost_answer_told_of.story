{"seed":504710939,"phones":[{"account":"anna","device_id":"PHONE1","version":121,"temper":"fickle","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":121,"temper":"impatient","conflict":0,"keeps_moved":true},{"account":"anna","device_id":"PHONE3","version":140,"temper":"fickle","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":140,"temper":"forgetful","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":121,"temper":"forgetful","conflict":0,"keeps_moved":true}]}
{"type":"Ask","phone":3,"what":"restart"}
{"type":"Outside","account":1,"what":"deliver"}
{"type":"Ask","phone":4,"what":"sync all"}
{"type":"Ask","phone":3,"what":"sync all"}
{"type":"Ask","phone":3,"what":"move","choice":38}
{"type":"Ask","phone":4,"what":"sync all"}
{"type":"Outside","account":1,"what":"change"}
{"type":"Ask","phone":4,"what":"sync and wait","fate":"answer lost"}
{"type":"Ask","phone":4,"what":"move","folder":3}
{"type":"Rest"}
