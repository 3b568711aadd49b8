import { Controller, Delete, Get, HttpCode, Patch } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Body, Param, problemSchema, Query, Requires, Returns, type Principal } from '../core/index.js';
import { CurrentClient, CurrentPrincipal, type Client } from './caller.js';
import {
  changeUserBody,
  listUsersQuery,
  userPageSchema,
  userSchema,
  userView,
  type ChangeUserBody,
  type ListUsersQuery,
  type UserPageView,
  type UserView,
} from './dto/user.dto.js';
import { UsersService } from './users.service.js';

const userId = z.uuid();

@ApiTags('users')
@Controller('api/v1/users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get()
  @Requires('users:read')
  @ApiOperation({ operationId: 'listUsers', summary: 'List users in order of their e-mail addresses' })
  @Returns(userPageSchema, { description: 'One page.' })
  list(@Query(listUsersQuery) query: ListUsersQuery, @CurrentPrincipal() principal: Principal): Promise<UserPageView> {
    return this.users.list(principal, query);
  }

  @Get(':id')
  @Requires('users:read')
  @ApiOperation({ operationId: 'getUser', summary: 'One user' })
  @Returns(userSchema, { description: 'The user.' })
  async get(@Param('id', userId) id: string, @CurrentPrincipal() principal: Principal): Promise<UserView> {
    return userView(await this.users.get(principal, id));
  }

  @Patch(':id')
  @Requires('users:write')
  @ApiOperation({
    operationId: 'changeUser',
    summary: 'Rename, change the role, disable, enable, or set a new password',
    description: 'A new role, disabling and a new password end all sessions of the user.',
  })
  @ApiResponse({ status: 409, description: 'This is the last active admin.', standardSchema: problemSchema })
  @Returns(userSchema, { description: 'The user after the change.' })
  async change(
    @Param('id', userId) id: string,
    @Body(changeUserBody) body: ChangeUserBody,
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
  ): Promise<UserView> {
    return userView(await this.users.change({ principal, client }, id, body));
  }

  @Delete(':id')
  @Requires('users:write')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteUser', summary: 'Delete a user and end all its sessions' })
  @ApiResponse({ status: 409, description: 'This is the last active admin.', standardSchema: problemSchema })
  @ApiNoContentResponse({ description: 'The user is gone; the audit trail keeps its id.' })
  remove(
    @Param('id', userId) id: string,
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
  ): Promise<void> {
    return this.users.remove({ principal, client }, id);
  }
}
