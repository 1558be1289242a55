{"seed":1,"phones":[{"account":"anna","device_id":"PHONE1","version":141,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":141,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":141,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":141,"temper":"patient","conflict":1,"keeps_moved":false}]}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Ask","phone":0,"what":"ping"}
{"type":"Trouble","fault":"notification lost","amount":2}
{"type":"Outside","account":0,"what":"deliver"}
{"type":"Pass","seconds":900}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Rest"}
