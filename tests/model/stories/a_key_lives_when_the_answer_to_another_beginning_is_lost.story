{"seed":1914630829,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"patient","conflict":1,"keeps_moved":true},{"account":"anna","device_id":"PHONE2","version":141,"temper":"stubborn","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":161,"temper":"forgetful","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":140,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":161,"temper":"impatient","conflict":0,"keeps_moved":false}]}
{"type":"Ask","phone":2,"what":"restart"}
{"type":"Outside","account":0,"what":"deliver"}
{"type":"Ask","phone":2,"what":"restart","fate":"answer lost"}
{"type":"Ask","phone":2,"what":"sync"}
