{"seed":5,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"stubborn","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":161,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE3","version":140,"temper":"patient","conflict":0,"keeps_moved":true},{"account":"ben","device_id":"PHONE1","version":160,"temper":"impatient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":161,"temper":"impatient","conflict":0,"keeps_moved":false}]}
{"type":"Outside","account":1,"what":"deliver"}
{"type":"Ask","phone":4,"what":"sync all"}
{"type":"Outside","account":1,"what":"remove"}
{"type":"Rest"}
