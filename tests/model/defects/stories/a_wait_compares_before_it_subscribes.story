{"seed":2,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":161,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false}]}
{"type":"Rest"}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Trouble","fault":"slow","amount":19}
{"type":"Ask","phone":0,"what":"ping","moment":3,"at_once":true}
{"type":"Outside","account":0,"what":"deliver"}
