{"seed":1,"phones":[{"account":"anna","device_id":"PHONE1","version":141,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":141,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":141,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":141,"temper":"patient","conflict":1,"keeps_moved":false}]}
{"type":"Ask","phone":2,"what":"sync all"}
{"type":"Outside","account":0,"what":"deliver"}
{"type":"Ask","phone":2,"what":"sync all"}
{"type":"Edit","phone":2,"what":"change"}
{"type":"Ask","phone":2,"what":"sync all","fate":"answer lost"}
{"type":"Edit","phone":2,"what":"think again"}
{"type":"Edit","phone":2,"what":"mark"}
{"type":"Ask","phone":2,"what":"sync"}
{"type":"Rest"}
