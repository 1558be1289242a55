{"seed":4,"phones":[{"account":"anna","device_id":"PHONE1","version":140,"temper":"stubborn","conflict":0,"keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":160,"temper":"impatient","conflict":0,"keeps_moved":true},{"account":"anna","device_id":"PHONE3","version":160,"temper":"forgetful","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":121,"temper":"impatient","conflict":1,"keeps_moved":false},{"account":"ben","device_id":"PHONE5","version":140,"temper":"patient","conflict":1,"keeps_moved":false}]}
{"type":"Ask","phone":2,"what":"sync","choice":99,"window":100,"fate":"answer lost","moment":39}
{"type":"Ask","phone":3,"what":"sync all","folder":4,"window":2,"again":true}
{"type":"Edit","phone":2,"what":"upgrade","folder":9}
{"type":"Trouble","fault":"kill"}
{"type":"Ask","phone":1,"what":"sync all","window":5,"fate":"hangs up","moment":26,"at_once":true}
{"type":"Trouble","fault":"kill"}
{"type":"Outside","account":1,"what":"move","folder":1}
{"type":"Outside","account":0,"what":"deliver","folder":7}
{"type":"Outside","account":0,"what":"mark","folder":10}
{"type":"Outside","account":1,"what":"create folder","folder":3}
{"type":"Ask","phone":2,"what":"sync all","folder":8,"window":512,"fate":"answer lost","moment":25}
{"type":"Outside","account":1,"what":"rename folder","folder":9}
{"type":"Ask","phone":2,"what":"create folder","folder":7,"choice":28,"window":512,"fate":"answer lost","again":true}
{"type":"Edit","phone":1,"what":"add","folder":1,"choice":77}
{"type":"Ask","phone":1,"what":"sync","folder":3,"choice":94,"window":25,"fate":"hangs up","moment":19}
{"type":"Ask","phone":4,"what":"sync all","folder":11,"choice":36,"window":3,"moment":27,"again":true}
{"type":"Ask","phone":1,"what":"ping","folder":5,"choice":11,"window":2,"fate":"hangs up","moment":13,"at_once":true}
{"type":"Outside","account":0,"what":"create folder","folder":1,"choice":84}
{"type":"Outside","account":0,"what":"create folder","folder":11,"choice":3}
{"type":"Ask","phone":1,"what":"ping","folder":4,"choice":4,"window":25,"fate":"hangs up","moment":38}
{"type":"Ask","phone":3,"what":"partial sync","folder":5,"choice":55,"window":100,"fate":"sent twice at once","moment":2,"again":true}
