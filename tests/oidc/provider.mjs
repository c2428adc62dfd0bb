// A certified OpenID provider (panva's oidc-provider, which ProConnect runs too) for the tests:
// loopback only, in memory, any password will do.
//   node provider.mjs http://localhost:8000     the address of the dashboard
// Prints "READY <issuer>". A line of JSON on its standard input, {"alice": {…claims}}, is who there
// is from then on; it answers "TOLD". It ends with its standard input.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';

// Advice for those who serve real people; standard output is for what is said above.
console.info = () => {};

const dashboard = process.argv[2];
let people = {};

async function key(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: alg };
}

const client = (client_id, metadata) => ({
  client_id,
  client_secret: 'the-secret-of-the-client-',
  redirect_uris: [`${dashboard}/oidc/callback/`],
  post_logout_redirect_uris: [`${dashboard}/oidc/signed-out/`],
  token_endpoint_auth_method: 'client_secret_post',
  ...metadata,
});

const html = (body) => `<!doctype html><html lang="en"><title>Provider</title>
  <link rel="icon" href="data:,"><h1>Provider</h1>${body}</html>`;

const configuration = {
  clients: [
    client('json', { id_token_signed_response_alg: 'RS256' }),
    // As ProConnect answers.
    client('signed', {
      id_token_signed_response_alg: 'ES256',
      userinfo_signed_response_alg: 'ES256',
    }),
  ],
  jwks: { keys: [await key('RS256'), await key('ES256')] },
  pkce: { required: () => true },
  scopes: ['openid', 'profile', 'email', 'groups'],
  claims: {
    email: ['email'],
    groups: ['groups'],
    profile: ['given_name', 'usual_name', 'family_name', 'groups'],
  },
  cookies: { keys: ['for the tests'] },
  features: {
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource(ctx, form) {
        ctx.body = html(`${form}<button form="op.logoutForm" name="logout" value="yes">Leave</button>`);
      },
    },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  async findAccount(ctx, id) {
    return people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) };
  },
  // Nobody is asked whether the dashboard may know: it belongs to the house.
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({
      clientId: oidc.client.clientId,
      accountId: oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile email groups');
    await grant.save();
    return grant;
  },
};

async function ask(provider, request, response) {
  const { searchParams } = new URL(request.url, 'http://localhost');
  if (searchParams.has('cancel')) {
    await provider.interactionFinished(request, response, { error: 'access_denied' });
  } else if (searchParams.has('login')) {
    const login = { accountId: searchParams.get('login') };
    await provider.interactionFinished(request, response, { login });
  } else {
    await provider.interactionDetails(request, response);
    response.setHeader('Content-Type', 'text/html').end(
      html(`<form><label>Name <input name="login"></label> <button>Enter</button></form>
        <a href="?cancel=1">Cancel</a>`),
    );
  }
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  provider.on('server_error', (ctx, error) => console.error(error));
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    return ask(provider, request, response).catch((error) => {
      console.error(error);
      response.writeHead(400).end();
    });
  });
  console.log(`READY ${issuer}`);
});

createInterface({ input: process.stdin })
  .on('line', (line) => {
    people = JSON.parse(line);
    console.log('TOLD');
  })
  .on('close', () => process.exit());
