{"seed":1,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false},{"account":"anna","device_id":"PHONE2","version":161,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false},{"account":"ben","device_id":"PHONE1","version":141,"temper":"patient","conflict":1,"zone":"Europe/Berlin","keeps_moved":false}]}
{"type":"Outside","account":0,"what":"deliver","choice":1}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"answer"}
{"type":"Ask","phone":0,"what":"send","fate":"answer lost"}
{"type":"Outside","account":0,"what":"remove"}
{"type":"Rest"}
