{"seed":10,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":121,"temper":"impatient","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":141,"temper":"impatient","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"patient","conflict":0,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":141,"temper":"patient","conflict":1,"keeps_moved":false}]}
{"type":"Outside","account":0,"what":"deliver"}
{"type":"Ask","phone":1,"what":"sync all"}
{"type":"Trouble","fault":"item broken"}
{"type":"Ask","phone":1,"what":"sync"}
