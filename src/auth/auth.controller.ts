import { Controller, Get, Headers, HttpCode, Post } from '@nestjs/common';
import { ApiHeader, ApiNoContentResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Body, problemSchema, Public, Requires, Returns, type Principal } from '../core/index.js';
import { AccountService } from './account.service.js';
import { CurrentClient, CurrentPrincipal, type Client } from './caller.js';
import {
  changePasswordBody,
  loginBody,
  refreshBody,
  tokensSchema,
  type ChangePasswordBody,
  type LoginBody,
  type RefreshBody,
  type TokensView,
} from './dto/session.dto.js';
import {
  accountSchema,
  accountView,
  registerBody,
  userSchema,
  type AccountView,
  type RegisterBody,
  type UserView,
} from './dto/user.dto.js';
import { idempotencyKey } from './idempotency.js';
import { LoginService } from './login.service.js';
import { RefreshService } from './refresh.service.js';
import { SessionsService } from './sessions.service.js';
import { UsersService } from './users.service.js';

@ApiTags('auth')
@Controller('api/v1/auth')
export class AuthController {
  constructor(
    private readonly logins: LoginService,
    private readonly refreshes: RefreshService,
    private readonly sessions: SessionsService,
    private readonly accounts: AccountService,
    private readonly users: UsersService,
  ) {}

  @Post('login')
  @Public('this is where a token comes from')
  @ApiOperation({ operationId: 'login', summary: 'Sign in with e-mail and password' })
  @ApiResponse({
    status: 401,
    description: 'Wrong e-mail or password, or the user is disabled.',
    standardSchema: problemSchema,
  })
  @Returns(tokensSchema, { description: 'An access token and the refresh token that continues the session.' })
  login(@Body(loginBody) body: LoginBody, @CurrentClient() client: Client): Promise<TokensView> {
    return this.logins.login(body, client);
  }

  @Post('refresh')
  @Public('the refresh token in the body is the credential; the access token may have expired')
  @ApiOperation({
    operationId: 'refreshSession',
    summary: 'Exchange a refresh token for new tokens',
    description: 'Each refresh token works once. Presenting a used one ends the whole session.',
  })
  @ApiResponse({ status: 401, description: 'Unknown, used or expired; sign in again.', standardSchema: problemSchema })
  @Returns(tokensSchema, { description: 'New tokens of the same session.' })
  refresh(@Body(refreshBody) body: RefreshBody, @CurrentClient() client: Client): Promise<TokensView> {
    return this.refreshes.refresh(body.refresh_token, client);
  }

  @Post('logout')
  @Requires('account:use')
  @HttpCode(204)
  @ApiOperation({ operationId: 'logout', summary: 'End the current session' })
  @ApiNoContentResponse({ description: 'The session and all its tokens are ended, on every instance within 5 s.' })
  logout(@CurrentPrincipal() principal: Principal, @CurrentClient() client: Client): Promise<void> {
    return this.sessions.end(principal, client);
  }

  @Post('register')
  @Requires('users:write')
  @ApiOperation({ operationId: 'registerUser', summary: 'Create a user' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'A repetition with the same key within 24 h answers the first answer again.',
  })
  @ApiResponse({ status: 409, description: 'Another user has this e-mail address.', standardSchema: problemSchema })
  @Returns(userSchema, { status: 201, description: 'The new user.' })
  register(
    @Body(registerBody) body: RegisterBody,
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
    @Headers('idempotency-key') key?: string,
  ): Promise<UserView> {
    return this.users.register({ principal, client }, body, idempotencyKey(key));
  }

  @Post('change-password')
  @Requires('account:use')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Change the own password',
    description: 'Ends every session of the user, this one too.',
  })
  @ApiNoContentResponse({ description: 'The password is changed; sign in again.' })
  changePassword(
    @Body(changePasswordBody) body: ChangePasswordBody,
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
  ): Promise<void> {
    return this.accounts.changePassword(principal, client, body);
  }

  @Get('me')
  @Requires('account:use')
  @ApiOperation({ operationId: 'getAccount', summary: 'The signed-in user and what it may do' })
  @Returns(accountSchema, { description: 'The signed-in user.' })
  async me(@CurrentPrincipal() principal: Principal): Promise<AccountView> {
    return accountView(await this.accounts.get(principal));
  }
}
