{"seed":1,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"patient","conflict":0,"keeps_moved":false}]}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"add"}
{"type":"Ask","phone":0,"what":"sync all"}
{"type":"Edit","phone":0,"what":"change","folder":4}
{"type":"Ask","phone":0,"what":"sync all","fate":"answer lost"}
{"type":"Outside","account":0,"what":"change"}
{"type":"Ask","phone":0,"what":"sync all"}
