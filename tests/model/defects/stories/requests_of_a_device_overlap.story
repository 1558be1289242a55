{"seed":1,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":161,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false}]}
{"type":"Rest"}
{"type":"Trouble","fault":"slow","amount":19}
{"type":"Ask","phone":0,"what":"sync all","moment":1,"at_once":true}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Relief"}
{"type":"Trouble","fault":"slow","amount":19}
{"type":"Ask","phone":0,"what":"sync all","moment":2,"at_once":true}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Relief"}
{"type":"Trouble","fault":"slow","amount":19}
{"type":"Ask","phone":0,"what":"sync all","moment":3,"at_once":true}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Relief"}
{"type":"Trouble","fault":"slow","amount":19}
{"type":"Ask","phone":0,"what":"sync all","moment":4,"at_once":true}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Relief"}
{"type":"Trouble","fault":"slow","amount":19}
{"type":"Ask","phone":0,"what":"sync all","moment":5,"at_once":true}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Relief"}
{"type":"Trouble","fault":"slow","amount":19}
{"type":"Ask","phone":0,"what":"sync all","moment":6,"at_once":true}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Relief"}
{"type":"Trouble","fault":"slow","amount":19}
{"type":"Ask","phone":0,"what":"sync all","moment":7,"at_once":true}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Relief"}
{"type":"Trouble","fault":"slow","amount":19}
{"type":"Ask","phone":0,"what":"sync all","moment":8,"at_once":true}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Relief"}
{"type":"Trouble","fault":"slow","amount":19}
{"type":"Ask","phone":0,"what":"sync all","moment":9,"at_once":true}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Relief"}
{"type":"Trouble","fault":"slow","amount":19}
{"type":"Ask","phone":0,"what":"sync all","moment":10,"at_once":true}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Relief"}
{"type":"Trouble","fault":"slow","amount":19}
{"type":"Ask","phone":0,"what":"sync all","moment":11,"at_once":true}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Relief"}
