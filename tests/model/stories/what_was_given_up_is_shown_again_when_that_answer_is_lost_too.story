{"seed":1,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"stubborn","conflict":0,"zone":"Europe/Berlin","keeps_moved":false}]}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"add","choice":0,"among":"calendars, tasks and notes"}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"change","folder":1,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":0,"what":"sync all","fate":"answer lost"}
{"type":"Edit","phone":0,"what":"think again","folder":1,"among":"calendars, tasks and notes"}
{"type":"Edit","phone":0,"what":"change more","folder":1,"choice":1,"among":"calendars, tasks and notes"}
{"type":"Ask","phone":0,"what":"sync all","fate":"answer lost"}
{"type":"Ask","phone":0,"what":"sync all","again":true}
{"type":"Rest"}
