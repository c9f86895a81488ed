/**
 * A certificate for 127.0.0.1 and its key, good until 2120 and nobody's secret. It stands here, rather than being made by
 * each run, so that the tests need neither another package nor a program of the machine.
 */
export const certificate: { readonly cert: string; readonly key: string } = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBZjCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOmzrfZ3fAEKqiLA
d2AY4p8JhiXebCNCMbxS7E7DD9GcvjWt48CERyIijx3pFNgdm/3aQ+DRXfRf7+q5
5W6u496jTjBMMBoGA1UdEQQTMBGHBH8AAAGCCWxvY2FsaG9zdDAPBgNVHRMBAf8E
BTADAQH/MB0GA1UdDgQWBBTdojvIkSOBVthTfhRaRwPH+2499zAKBggqhkjOPQQD
AgNHADBEAiAfNBL8HFWzVLryw3UTvkL+NmISBSa2198c47aJLKT1hQIgB8k4UPz0
Be51mRZ7foLyJ4l7hNRKrYAmL3UGfseBEpU=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzDA1sA0/7Uybx0AA
ppnt164eSq3Oeme5ukeWnfK8bMGhRANCAATps632d3wBCqoiwHdgGOKfCYYl3mwj
QjG8UuxOww/RnL41rePAhEciIo8d6RTYHZv92kPg0V30X+/queVuruPe
-----END PRIVATE KEY-----
`,
};
