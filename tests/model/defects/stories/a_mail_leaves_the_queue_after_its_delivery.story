{"seed":1,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":161,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false}]}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"letter"}
{"type":"Ask","phone":0,"what":"send","fate":"killed meanwhile","moment":3}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"letter"}
{"type":"Ask","phone":0,"what":"send","fate":"killed meanwhile","moment":4}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"letter"}
{"type":"Ask","phone":0,"what":"send","fate":"killed meanwhile","moment":5}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"letter"}
{"type":"Ask","phone":0,"what":"send","fate":"killed meanwhile","moment":6}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"letter"}
{"type":"Ask","phone":0,"what":"send","fate":"killed meanwhile","moment":7}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"letter"}
{"type":"Ask","phone":0,"what":"send","fate":"killed meanwhile","moment":8}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"letter"}
{"type":"Ask","phone":0,"what":"send","fate":"killed meanwhile","moment":9}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"letter"}
{"type":"Ask","phone":0,"what":"send","fate":"killed meanwhile","moment":10}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"letter"}
{"type":"Ask","phone":0,"what":"send","fate":"killed meanwhile","moment":11}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"letter"}
{"type":"Ask","phone":0,"what":"send","fate":"killed meanwhile","moment":12}
{"type":"Rest"}
