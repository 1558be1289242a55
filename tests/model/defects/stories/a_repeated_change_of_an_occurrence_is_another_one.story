{"seed":1,"phones":[{"account":"anna","device_id":"PHONE1","version":161,"temper":"stubborn","conflict":0,"zone":"Europe/Berlin","keeps_moved":false}]}
{"type":"Outside","account":0,"what":"add","choice":12,"among":"calendars, tasks and notes"}
{"type":"Rest"}
{"type":"Edit","phone":0,"what":"change occurrence","among":"calendars, tasks and notes"}
{"type":"Ask","phone":0,"what":"sync all","fate":"answer lost"}
{"type":"Outside","account":0,"what":"change occurrence","among":"calendars, tasks and notes"}
{"type":"Ask","phone":0,"what":"sync all","again":true}
