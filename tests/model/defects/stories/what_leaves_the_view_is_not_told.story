{"seed":1,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":161,"temper":"patient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"patient","conflict":1,"keeps_moved":false}]}
{"type":"Outside","account":0,"what":"deliver"}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Pass","seconds":100000.0}
{"type":"Pass","seconds":100000.0}
{"type":"Edit","phone":0,"what":"filter","choice":1}
{"type":"Rest"}
