{"seed":2,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":161,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false}]}
{"type":"Edit","phone":0,"what":"letter"}
{"type":"Ask","phone":0,"what":"send","fate":"killed meanwhile","moment":5}
{"type":"Rest"}
