/**
 * Passwords that stand near the top of published breach lists, or are what people make of those when 12 characters are
 * demanded: keyboard walks, digit runs, doubled words, a word with a year. Lower case, separated by white space.
 */
const listed = String.raw`
123456789012 1234567890123 12345678901234 123456789012345 1234567890123456 012345678901 098765432109 0987654321098
987654321098 111111111111 000000000000 222222222222 121212121212 123123123123 112233445566 123321123321 123456123456
123456654321 1234512345123 741852963741 147258369147 159753159753 789456123789 789456123000 321654987321
102030405060 010203040506 102938475610 314159265358 3141592653589 271828182845 1q2w3e4r5t6y 1q2w3e4r5t6y7u
1q2w3e4r5t6y7u8i 1q2w3e4r5t6y7u8i9o 1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6 q1w2e3r4t5y6u7 q1w2e3r4t5y6u7i8 1qaz2wsx3edc
1qaz2wsx3edc4rfv 1qaz2wsx3edc4rfv5tgb qazwsxedcrfv qazwsxedcrfvtgb qazwsxedc123 1qazxsw23edc zaq12wsxcde3
zaq1zaq1zaq1 zaq12wsx12345 !qaz2wsx3edc !qaz@wsx#edc 1qaz!qaz1qaz qwertyuiop12 qwertyuiop123 qwertyuiop1234
qwertyuiop[] qwertyuiopas qwertyuiopasd qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm qwerty123456 qwerty1234567
qwerty12345678 qwerty123456789 123456qwerty 1234567qwerty 123456789qwerty 12345qwertyui qwerty123qwerty qwertyqwerty
qwertyqwerty1 qwertyasdfgh qwertyasdfzxcv asdfghjkl123 asdfghjkl1234 asdfghjklqwe asdfghjkl;' asdfasdfasdf
asdfqwerzxcv asdf1234asdf asdf12345678 zxcvbnm12345 zxcvbnm123456 zxcvbnmasdfg zxcvasdfqwer poiuytrewq12
poiuytrewq123 lkjhgfdsa123 mnbvcxz12345 qweasdzxc123 qweasdzxcrfv qweasd123456 123qweasdzxc 123qweasd456
qwe123qwe123 qwer1234qwer qwer1234asdf qwe123asd456 abcdefghijkl abcdefghijklm abcdefghijklmnop
abcdefghijklmnopqrstuvwxyz abcd12345678 abcd1234abcd abc123abc123 abc123456789 abc1234567890 aaaaaaaaaaaa
a12345678901 a1234567890a a1b2c3d4e5f6 a1b2c3d4e5f6g7 a1s2d3f4g5h6 aa1234567890 aa123456789a aabbccddeeff
123abc456def 1a2b3c4d5e6f 1a2b3c4d5e6f7g asd123456789 passwordpassword password1234 password12345 password123456
password1234567 password12345678 password123456789 password123! password1234! password123!@# password!123
password2020 password2021 password2022 password2023 password2024 password2025 password2026 p@ssw0rd1234
p@ssw0rd12345 p@ssword1234 p@$$w0rd1234 pa$$word1234 passw0rd1234 passw0rd12345 pass1234pass pass12345678
pass123456789 passpasspass mypassword12 mypassword123 mypassword1234 mypasswordis newpassword1 newpassword12
newpassword123 oldpassword1 yourpassword thispassword thisispassword thisismypassword thisisapassword thepassword1
thepassword123 nopassword12 password4321 drowssap1234 passwordadmin adminpassword adminadmin12 adminadmin123
adminadminadmin admin1234567 admin12345678 admin123456789 admin1234admin admin@123456 admin@1234567 admin@12345678
administrator administrator1 administrator123 rootpassword rootroot1234 rootrootroot toortoortoor root12345678
root123456789 userpassword user12345678 user123456789 guestguest12 welcome12345 welcome123456 welcome1234!
welcome@1234 welcome@12345 welcome2020! welcome2024! welcome2025! welcome2026! welcomewelcome letmeinplease
letmein12345 letmeinletmein letmein123456 changeme1234 changeme12345 changeme123! changemenow1 changemeplease
changethis123 changethispassword pleasechangeme defaultpassword default12345 secretpassword secret123456
secretsecret supersecret1 supersecret12 supersecret123 supersecretpassword topsecret123 topsecret1234 verysecret12
verysecretpassword masterpassword masterkey123 iloveyou1234 iloveyou12345 iloveyouforever iloveyousomuch
iloveyoubaby iloveyou143143 iloveyouiloveyou ilovejesus123 jesusislord12 jesuschrist1 jesussaves12 godisgood123
trustno1trustno1 trustnoone12 correcthorsebatterystaple correct-horse-battery-staple startrek1234 starwars1234
starwars12345 starwars1977 lordoftherings harrypotter1 harrypotter12 harrypotter123 gameofthrones gameofthrones1
manchesterunited manchestercity liverpoolfc12 liverpoolfc123 chelseafc123 realmadrid12 realmadrid123 barcelona123
barcelona1234 football1234 football12345 baseball1234 basketball12 basketball123 princess1234 sunshine1234
superman1234 superman12345 batman123456 spiderman123 spiderman1234 pokemon12345 dragon123456 dragonball12
dragonballz1 dragonballz123 monkey123456 michael12345 michaeljackson jennifer1234 daniel123456 thomas123456
jordan123456 charlie12345 samsung12345 samsunggalaxy samsung123456 google123456 facebook1234 facebook12345
microsoft123 windows12345 internet1234 computer1234 computer12345 computer123456 networkadmin networkadmin1
serveradmin1 serverpassword databaseadmin dbpassword12 dbpassword123 postgrespassword postgres1234 postgres12345
postgrespostgres mysqlpassword mysql1234567 redispassword redis1234567 grafanagrafana grafana12345 grafanaadmin
prometheus12 prometheus123 dockerpassword docker123456 kubernetes12 kubernetes123 raspberrypi1 raspberrypi12
raspberrypi123 raspberry123 raspberry1234 ubuntuubuntu ubuntu123456 watchkeeper1 watchkeeper12 watchkeeper123
watchkeeperadmin monitoring12 monitoring123 testpassword testpassword1 testpassword123 test12345678 test123456789
testtesttest test1234test testing12345 testuser1234 demodemodemo demopassword demo12345678 temporary123 temppassword
temppassword1 temppassword123 example12345 samplepassword sample123456 operator1234 engineer1234 supervisor12
supervisor123 superadmin12 superadmin123 superadmin1234 superuser123 superuser1234 sysadmin1234 systemadmin1
systemadmin123 companyname1 company12345 company123456 summer2020!! summer2021!! summer2022!! summer2023!!
summer2024!! summer2025!! summer2026!! winter2020!! winter2021!! winter2022!! winter2023!! winter2024!! winter2025!!
winter2026!! spring2024!! spring2025!! spring2026!! autumn2024!! autumn2025!! autumn2026!! january2024! january2025!
december2024 december2025 september2024 september2025 november2024 november2025 october12345 thisisatest1
thisisatest123 helloworld12 helloworld123 helloworld1234 hellohello12 hellohellohello hello1234567 hello12345678
goodmorning1 goodmorning123 whateverwhatever whatever1234 nothing12345 noneofyourbusiness idontknow123 idontknow1234
iforgotmypassword forgotpassword forgotten123 nevermind123 chocolate123 chocolate1234 butterfly123 butterfly1234
strawberry12 strawberry123 sweetheart12 sweetheart123 mylittlepony mylittlepony1 teddybear123 blink182blink
purplerain123 metallica123 metallica1234 nirvana12345 slipknot6666 liverpool123 liverpool1234 arsenal12345
juventus1234 ronaldo12345 ronaldocr712 cristiano123 cristianoronaldo leomessi1010 onedirection onedirection1
justinbieber justinbieber1 taylorswift1 taylorswift13 billiejean12 elizabeth123 elizabeth1234 christopher1
christopher123 alexander123 alexander1234 stephanie123 jacqueline12 victoria1234 benjamin1234 jonathan1234
samantha1234 anthony12345 matthew12345 patrick12345 abracadabra1 abracadabra12 abracadabra123 opensesame12
opensesame123 access123456 accessgranted accessdenied security1234 security12345 securepassword hackersunite
hacktheplanet ihatepasswords ihatethispassword mypassword!23 qwerty!@#$%^ qwerty!@#123 1234567890-= 1234567890qwe
1234567890qwer 1234567890abc !@#$%^&*()_+ !@#$%^&*()12 1234!@#$qwer 1234qwerasdf 1234qwerasdfzxcv 123456abcdef
123456aaaaaa 123456asdfgh 12345678abcd 12345678qwer 123456789abc 123456789abcd 123456789asd 123456789qwe
1234abcd1234 1234abcd5678 11111111111a 11112222333 111122223333 1111222233334444 123412341234 1234123412341234
112211221122 696969696969 420420420420 007007007007 100200300400 147147147147 159159159159 19841984984 198419841984
199019901990 200020002000 202020202020 20202020202 246810121416 13579246810 135792468013 135791113151 246813579135
999999999999 888888888888 777777777777 666666666666 555555555555 444444444444 333333333333 qqqqqqqqqqqq zzzzzzzzzzzz
xxxxxxxxxxxx motdepasse12 motdepasse123 azertyuiop12 azertyuiop123 azertyazerty azerty123456 bonjour12345
soleil123456 doudou123456 passwort1234 passwort12345 passwort123! passwortpasswort hallohallo12 hallo1234567
hallo12345678 schatzi12345 fussball1234 willkommen12 willkommen1! willkommen123 qwertzuiop12 qwertzuiop123
qwertzqwertz qwertz123456 sommer2024!! sommer2025!! contrasena12 contrasena123 contraseña12 contraseña123
teamomucho12 teamoteamo12 hola12345678 holahola1234 estrella1234 mariposa1234 senha1234567 senha12345678
minhasenha12 minhasenha123 brasil123456 flamengo1234 palmeiras123 corinthians1 corinthians12 parola123456
parola12345678 haslo1234567 haslo12345678 polska123456 kochamcie123 wachtwoord12 wachtwoord123 welkom123456
welkom2024!! wachtwoord1! salasana1234 losenord1234 losenord12345 lösenord1234 parool123456 heslo1234567
heslo12345678 jelszo123456 sifre1234567 galatasaray1 galatasaray12 fenerbahce12 fenerbahce123 besiktas1903
woaini123456 woaini1314520 5201314woaini 520131452013 a123456a123456 zhang1234567 wang12345678 nihao1234567
xiaoming1234 sayangku1234 rahasia12345 bismillah123 bismillah1234 india1234567 krishna12345 ganesha12345
mohammed1234 abdullah1234 marhaba12345 alhamdulillah subhanallah1 mashallah123
`;

/** Words that do not become a password by digits and punctuation before or after them. Lower case. */
const words = `
password passwort passw0rd welcome willkommen bienvenue admin administrator root superuser sysadmin user guest login
signin letmein changeme changeit default secret secrets master superman batman spiderman ironman starwars pokemon
naruto dragon monkey tigger princess sunshine iloveyou iloveu loveyou lovely flower football baseball basketball
soccer hockey liverpool arsenal chelsea barcelona realmadrid manchester juventus michael michelle jennifer jessica
jordan joshua daniel robert thomas andrew charlie ashley amanda anthony matthew nicole hannah george william samsung
google facebook twitter youtube linkedin instagram microsoft windows apple iphone android internet computer network
server database postgres postgresql mysql oracle redis mongodb influxdb grafana prometheus mosquitto docker
kubernetes jenkins ansible ubuntu debian linux raspberry raspberrypi arduino cisco ubnt mikrotik watchkeeper monitor
monitoring operator engineer viewer factory industry industrial machine sensor device gateway telemetry scada
siemens rockwell schneider plant production company office test tester testing testtest demo sample example temp
temporary qwerty qwertz azerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm summer winter autumn spring monday tuesday
wednesday thursday friday saturday sunday january february march april june july august september october november
december london paris berlin munich newyork america canada australia germany france england trustno1 whatever
freedom forever nothing shadow hunter killer ninja mustang corvette ferrari porsche mercedes harley yamaha cheese
chocolate cookie banana orange pepper ginger purple silver golden diamond rainbow butterfly buster bailey maggie
hello helloworld goodbye access private public security secure hacker phoenix matrix merlin thunder lightning jesus
christ blessed angel heaven
`;

const parse = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

export const commonPasswords = parse(listed);
export const commonWords = parse(words);
